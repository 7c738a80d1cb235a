-- one row: a step of a product group in a zone with demand, in one of the four quarters of the year
-- answers: what the forms at or after it require, what is already bought near by, and what it lacks for them
-- leaves out: what the steps after it lose; the low and the high case. Raw kg
with required as (
  select
    demand.quarter_index,
    demand.cell,
    ancestors.ancestor as step,
    sum(demand.unmet_kg) as required_kg,
    sum(demand.local_kg) as local_use_kg
  from int_zone_demand as demand
  join int_cell_forms as forms on forms.cell = demand.cell and forms.form = demand.form
  join int_cell_ancestors as ancestors on ancestors.cell = forms.cell and ancestors.step = forms.step
  join int_quarters as quarters on quarters.quarter_index = demand.quarter_index
  where quarters.age < 4 and demand.scenario = 'central'
  group by demand.quarter_index, demand.cell, ancestors.ancestor
),

int_step_needs as (
  select
    balances.quarter_index,
    balances.age,
    balances.cell,
    steps.step,
    coalesce(required.required_kg, 0e0) as required_kg,
    coalesce(required.local_use_kg, 0e0) as local_use_kg,
    coalesce(rooms.capacity_kg, 0e0) as capacity_kg,
    greatest(0e0, coalesce(required.required_kg, 0e0) - coalesce(rooms.room_kg, 0e0)) as lacking_kg
  from int_zone_balances as balances
  join int_cell_steps as steps on steps.cell = balances.cell
  left join required
    on required.quarter_index = balances.quarter_index
    and required.cell = balances.cell
    and required.step = steps.step
  left join int_step_rooms as rooms
    on rooms.quarter_index = balances.quarter_index
    and rooms.cell = balances.cell
    and rooms.scenario = balances.scenario
    and rooms.step = steps.step
  where balances.scenario = 'central' and balances.has_demand
)

select * from int_step_needs
