-- one row: a form in a zone whose gap is split into parts that are not its demand, and a delivery behind it
-- answers: which gaps of the asked quarter are wrongly computed, and by how much
-- leaves out: differences up to 1e-6 kg or 1e-9 of the demand, which are rounding. Form kg
with params (quarter, quarter_index) as (values (:quarter, :quarter_index)),

sums as (
  select
    zoning, zone, product_group, form, demand_kg,
    purchased_local_kg + procurable_kg + diverted_gap_kg
      + production_gap_kg + processing_gap_kg + chain_gap_kg as components_kg
  from gaps
),

wrong as (
  select zoning, zone, product_group, form, demand_kg, components_kg
  from sums
  where abs(components_kg - demand_kg) > greatest(1e-6, 1e-9 * abs(demand_kg))
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

gap_components_add_up as (
  select
    'error' as severity,
    params.quarter,
    wrong.zoning,
    wrong.zone,
    cast(null as varchar) as place,
    wrong.product_group,
    wrong.form as item,
    cast(null as varchar) as actor,
    'demand_kg' as kind,
    wrong.components_kg as found,
    wrong.demand_kg as bound,
    'form kg' as unit,
    deliveries.delivery
  from wrong
  left join deliveries
    on deliveries.zoning = wrong.zoning
    and deliveries.zone = wrong.zone
    and deliveries.product_group = wrong.product_group
  cross join params
)

select * from gap_components_add_up
