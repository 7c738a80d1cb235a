-- one row: a form that a zone needs in a quarter, in one case
-- answers: what of its demand is already bought near by (local) and what is not (unmet); both are the demand
-- leaves out: places. Raw kg
with contributions as (
  select demand.quarter_index, cells.cell, demand.form, demand.scenario, demand.demand_kg, 0e0 as local_kg
  from int_place_demand as demand
  join int_place_cells as cells
    on cells.place = demand.place and cells.product_group = demand.product_group
  union all
  select quarter_index, cell, form, scenario, 0e0 as demand_kg, local_kg
  from int_purchases_local
),

int_zone_demand as (
  select
    quarter_index,
    cell,
    form,
    scenario,
    sum(local_kg) as local_kg,
    greatest(0e0, sum(demand_kg) - sum(local_kg)) as unmet_kg
  from contributions
  group by quarter_index, cell, form, scenario
)

select * from int_zone_demand
