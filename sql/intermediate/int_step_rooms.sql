-- one row: a step that somebody in a zone could carry out in a quarter, in one case
-- answers: what its capacity leaves free beside the local purchases that already pass it
-- leaves out: zones nobody reported from: there is no room. Raw kg
with local_uses as (
  select
    demand.quarter_index,
    demand.cell,
    ancestors.ancestor as step,
    demand.scenario,
    sum(demand.local_kg) as local_kg
  from int_zone_demand as demand
  join int_cell_forms as forms on forms.cell = demand.cell and forms.form = demand.form
  join int_cell_ancestors as ancestors on ancestors.cell = forms.cell and ancestors.step = forms.step
  where demand.local_kg > 0e0
  group by demand.quarter_index, demand.cell, ancestors.ancestor, demand.scenario
),

int_step_rooms as (
  select
    capacity.quarter_index,
    capacity.cell,
    capacity.step,
    capacity.scenario,
    capacity.capacity_kg,
    greatest(0e0, capacity.capacity_kg - coalesce(local_uses.local_kg, 0e0)) as room_kg
  from int_zone_capacity as capacity
  left join local_uses
    on local_uses.quarter_index = capacity.quarter_index
    and local_uses.cell = capacity.cell
    and local_uses.step = capacity.step
    and local_uses.scenario = capacity.scenario
)

select * from int_step_rooms
