-- one row: a product group in a zone in a quarter, in one case, for zones with demand within the year
-- answers: what is bought near by, processable and held back (together the demand), on offer and grown
-- leaves out: stocks. Quarters without demand or supply have a row too, since stock passes through them. Raw kg
with demands as (
  select
    demand.quarter_index,
    demand.cell,
    demand.scenario,
    sum(demand.local_kg) as local_kg,
    sum(coalesce(processable.processable_kg, 0e0)) as processable_kg,
    sum(greatest(0e0, demand.unmet_kg - coalesce(processable.processable_kg, 0e0))) as held_kg
  from int_zone_demand as demand
  left join int_forms_processable as processable
    on processable.quarter_index = demand.quarter_index
    and processable.cell = demand.cell
    and processable.form = demand.form
    and processable.scenario = demand.scenario
  group by demand.quarter_index, demand.cell, demand.scenario
),

demanded as (
  select distinct demand.cell
  from int_zone_demand as demand
  join int_quarters as quarters on quarters.quarter_index = demand.quarter_index
  where quarters.age < 4 and demand.local_kg + demand.unmet_kg > 0e0
),

scenarios (scenario) as (values ('low'), ('central'), ('high')),

spine as (
  select quarters.quarter_index, quarters.age, demanded.cell, scenarios.scenario
  from demanded
  cross join int_quarters as quarters
  cross join scenarios
),

int_zone_quarters as (
  select
    spine.quarter_index,
    spine.age,
    spine.cell,
    spine.scenario,
    coalesce(demands.local_kg, 0e0) as local_kg,
    coalesce(demands.processable_kg, 0e0) as processable_kg,
    coalesce(demands.held_kg, 0e0) as held_kg,
    coalesce(supply.supply_kg, 0e0) as supply_kg,
    coalesce(supply.produced_kg, 0e0) as produced_kg
  from spine
  left join demands
    on demands.quarter_index = spine.quarter_index
    and demands.cell = spine.cell
    and demands.scenario = spine.scenario
  left join int_zone_supply as supply
    on supply.quarter_index = spine.quarter_index
    and supply.cell = spine.cell
    and supply.scenario = spine.scenario
)

select * from int_zone_quarters
