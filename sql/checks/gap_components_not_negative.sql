-- one row: a part of a form's gap in a zone that is below 0, and a delivery behind it
-- answers: which gaps of the asked quarter are wrongly computed, and by how much
-- leaves out: what is below 0 by at most 1e-6 kg or 1e-9 of the demand, which is rounding. Form kg
with params (quarter, quarter_index) as (values (:quarter, :quarter_index)),

components (component) as (values
  ('purchased_local_kg'), ('procurable_kg'), ('diverted_gap_kg'),
  ('production_gap_kg'), ('processing_gap_kg'), ('chain_gap_kg')
),

split as (
  select
    gaps.zoning, gaps.zone, gaps.product_group, gaps.form, gaps.demand_kg, components.component,
    case components.component
      when 'purchased_local_kg' then gaps.purchased_local_kg
      when 'procurable_kg' then gaps.procurable_kg
      when 'diverted_gap_kg' then gaps.diverted_gap_kg
      when 'production_gap_kg' then gaps.production_gap_kg
      when 'processing_gap_kg' then gaps.processing_gap_kg
      else gaps.chain_gap_kg
    end as component_kg
  from gaps
  cross join components
),

negative as (
  select zoning, zone, product_group, form, component, component_kg
  from split
  where component_kg + greatest(1e-6, 1e-9 * abs(demand_kg)) < 0e0
),

delivered as (
  select delivery as row_name, place, product_group
  from rolled_purchases
  where year between :first_year and :last_year
  union all
  select portions.delivery as row_name, portions.place, profiles.product_group
  from portions
  join stg_portion_profiles as profiles on profiles.segment = portions.segment
  where portions.year between :first_year and :last_year
  union all
  select delivery as row_name, place, product_group
  from production
  where year between :first_year and :last_year
  union all
  select delivery as row_name, place, product_group
  from processing
  where year between :first_year and :last_year
),

deliveries as (
  select distinct zones.zoning, zones.zone, delivered.product_group, inputs.delivery
  from delivered
  join inputs on inputs.row_name = delivered.row_name
  join params on params.quarter_index = inputs.quarter_index
  join int_place_zones as zones on zones.place = delivered.place
),

gap_components_not_negative as (
  select
    'error' as severity,
    params.quarter,
    negative.zoning,
    negative.zone,
    cast(null as varchar) as place,
    negative.product_group,
    negative.form as item,
    cast(null as varchar) as actor,
    negative.component as kind,
    negative.component_kg as found,
    0e0 as bound,
    'form kg' as unit,
    deliveries.delivery
  from negative
  left join deliveries
    on deliveries.zoning = negative.zoning
    and deliveries.zone = negative.zone
    and deliveries.product_group = negative.product_group
  cross join params
)

select * from gap_components_not_negative
