-- one row: a form or a step of a cell that has some room, in a quarter and case
-- answers: what each form brings into the chain (unmet) and how much each step can take (room)
-- leaves out: forms without step, and cells without any room: there nothing passes a step. Raw kg
with capable as (
  select distinct quarter_index, cell, scenario
  from int_step_rooms
  where room_kg > 0e0
),

int_chain_links as (
  select
    demand.quarter_index,
    demand.cell,
    demand.scenario,
    'form' as kind,
    demand.form as link,
    forms.level,
    forms.step_1,
    forms.step_2,
    forms.step_3,
    forms.step_4,
    demand.unmet_kg,
    0e0 as room_kg
  from int_zone_demand as demand
  join capable
    on capable.quarter_index = demand.quarter_index
    and capable.cell = demand.cell
    and capable.scenario = demand.scenario
  join int_cell_forms as forms on forms.cell = demand.cell and forms.form = demand.form
  where forms.level > 0
  union all
  select
    capable.quarter_index,
    capable.cell,
    capable.scenario,
    'step' as kind,
    steps.step as link,
    steps.level,
    steps.step_1,
    steps.step_2,
    steps.step_3,
    steps.step_4,
    0e0 as unmet_kg,
    coalesce(rooms.room_kg, 0e0) as room_kg
  from capable
  join int_cell_steps as steps on steps.cell = capable.cell
  left join int_step_rooms as rooms
    on rooms.quarter_index = capable.quarter_index
    and rooms.cell = capable.cell
    and rooms.scenario = capable.scenario
    and rooms.step = steps.step
)

select * from int_chain_links
