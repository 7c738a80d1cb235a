-- one row: a place with demand, supply or capacity that no zone of a zoning with gaps takes, and a delivery behind
-- answers: what the gaps of that zoning do not count in the asked quarter
-- leaves out: how it splits by product group and step. Raw kg; capacity in kg of the steps' output
with params (quarter, quarter_index) as (values (:quarter, :quarter_index)),

quantities as (
  select demand.place, 'demand' as kind, sum(demand.demand_kg) as kg
  from int_place_demand as demand
  join params on params.quarter_index = demand.quarter_index
  where demand.scenario = 'central'
  group by demand.place
  union all
  select production.place, 'supply' as kind, cast(sum(production.produced_kg) as double) as kg
  from stg_production as production
  join params on params.quarter_index = production.quarter_index
  group by production.place
  union all
  select processing.place, 'capacity' as kind, cast(sum(processing.capacity_kg) as double) as kg
  from stg_processing as processing
  join params on params.quarter_index = processing.quarter_index
  group by processing.place
),

outside as (
  select zonings.zoning, quantities.place, quantities.kind, quantities.kg
  from quantities
  cross join stg_zonings as zonings
  left join int_place_zones as zones
    on zones.zoning = zonings.zoning and zones.place = quantities.place
  where quantities.kg > 5e-4 and zonings.has_gaps and zones.zone is null
),

delivered as (
  select place, 'demand' as kind, delivery as row_name
  from rolled_purchases
  where year between :first_year and :last_year
  union all
  select place, 'demand' as kind, delivery as row_name
  from portions
  where year between :first_year and :last_year
  union all
  select place, 'supply' as kind, delivery as row_name
  from production
  where year between :first_year and :last_year
  union all
  select place, 'capacity' as kind, delivery as row_name
  from processing
  where year between :first_year and :last_year
),

deliveries as (
  select distinct delivered.place, delivered.kind, inputs.delivery
  from delivered
  join inputs on inputs.row_name = delivered.row_name
  join params on params.quarter_index = inputs.quarter_index
),

place_in_zone as (
  select
    'warning' as severity,
    params.quarter,
    outside.zoning,
    cast(null as varchar) as zone,
    outside.place,
    cast(null as varchar) as product_group,
    cast(null as varchar) as item,
    cast(null as varchar) as actor,
    outside.kind,
    outside.kg as found,
    0e0 as bound,
    case when outside.kind = 'capacity' then 'kg' else 'raw kg' end as unit,
    deliveries.delivery
  from outside
  left join deliveries on deliveries.place = outside.place and deliveries.kind = outside.kind
  cross join params
)

select * from place_in_zone
