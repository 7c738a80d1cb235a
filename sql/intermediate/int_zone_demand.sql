-- one row: a form that a zone needs in a quarter, in one case
-- answers: demand, what is already bought near by and what is not (unmet); what was bought and modelled
-- leaves out: zonings without gaps. Raw kg, added over the zone's places
with contributions as (
  select
    demand.quarter_index,
    zones.zoning,
    zones.zone,
    demand.product_group,
    demand.form,
    demand.scenario,
    demand.demand_kg,
    demand.observed_kg,
    demand.modelled_kg,
    0e0 as local_kg
  from int_place_demand as demand
  join int_place_zones as zones on zones.place = demand.place
  where zones.has_gaps
  union all
  select
    quarter_index,
    zoning,
    zone,
    product_group,
    form,
    scenario,
    0e0 as demand_kg,
    0e0 as observed_kg,
    0e0 as modelled_kg,
    local_kg
  from int_purchases_local
),

int_zone_demand as (
  select
    quarter_index,
    zoning,
    zone,
    product_group,
    form,
    scenario,
    sum(demand_kg) as demand_kg,
    sum(observed_kg) as observed_kg,
    sum(modelled_kg) as modelled_kg,
    sum(local_kg) as local_kg,
    greatest(0e0, sum(demand_kg) - sum(local_kg)) as unmet_kg
  from contributions
  group by quarter_index, zoning, zone, product_group, form, scenario
)

select * from int_zone_demand
