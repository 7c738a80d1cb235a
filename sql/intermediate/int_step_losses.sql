-- one row: a step that something reaches in a zone in one of the four quarters of the year, in one case
-- answers: how much reaches it, how much of that finds no room, and which share of all that is held back that is
-- leaves out: steps that nothing reaches. Raw kg
with own as (
  select demand.quarter_index, demand.cell, forms.step, demand.scenario, sum(demand.unmet_kg) as inflow_kg
  from int_zone_demand as demand
  join int_quarters as quarters on quarters.quarter_index = demand.quarter_index
  join int_cell_forms as forms on forms.cell = demand.cell and forms.form = demand.form
  where quarters.age < 4 and forms.step is not null and demand.unmet_kg > 0e0
  group by demand.quarter_index, demand.cell, forms.step, demand.scenario
),

inflows as (
  -- in a cell without any room only the forms that end at a step reach it; the chain knows the others
  select quarter_index, cell, step, scenario, inflow_kg
  from own
  union all
  select quarter_index, cell, link as step, scenario, inflow_kg
  from int_chain_flows
  where kind = 'step' and inflow_kg > 0e0
),

reached as (
  select quarter_index, cell, step, scenario, max(inflow_kg) as inflow_kg
  from inflows
  group by quarter_index, cell, step, scenario
),

losses as (
  select
    balances.quarter_index, balances.age, balances.cell, reached.step, balances.scenario, balances.has_demand,
    balances.held_kg, balances.processing_gap_kg, balances.chain_gap_kg, reached.inflow_kg,
    greatest(0e0, reached.inflow_kg - coalesce(rooms.room_kg, 0e0)) as lost_kg
  from int_zone_balances as balances
  join reached
    on reached.quarter_index = balances.quarter_index
    and reached.cell = balances.cell
    and reached.scenario = balances.scenario
  left join int_step_rooms as rooms
    on rooms.quarter_index = reached.quarter_index
    and rooms.cell = reached.cell
    and rooms.scenario = reached.scenario
    and rooms.step = reached.step
),

int_step_losses as (
  select
    quarter_index, age, cell, step, scenario, has_demand, inflow_kg, lost_kg,
    coalesce(lost_kg / nullif(1e0 * held_kg, 0e0), 0e0) as lost_share,
    coalesce(processing_gap_kg * lost_kg / nullif(1e0 * held_kg, 0e0), 0e0) as processing_gap_kg,
    coalesce(chain_gap_kg * lost_kg / nullif(1e0 * held_kg, 0e0), 0e0) as chain_gap_kg
  from losses
)

select * from int_step_losses
