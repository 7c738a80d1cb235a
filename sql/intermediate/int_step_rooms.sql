-- one row: a step that somebody in a zone could carry out in a quarter, in one case
-- answers: what its capacity leaves free beside the local purchases that already pass it
-- leaves out: zones nobody reported from: there is no room. Raw kg
with local_uses as (
  select
    demand.quarter_index,
    demand.zoning,
    demand.zone,
    demand.product_group,
    ancestors.ancestor as step,
    demand.scenario,
    sum(demand.local_kg) as local_kg
  from int_zone_demand as demand
  join int_form_paths as paths on paths.product_group = demand.product_group and paths.form = demand.form
  join int_step_ancestors as ancestors
    on ancestors.product_group = paths.product_group and ancestors.step = paths.step
  where demand.local_kg > 0e0
  group by
    demand.quarter_index,
    demand.zoning,
    demand.zone,
    demand.product_group,
    ancestors.ancestor,
    demand.scenario
),

int_step_rooms as (
  select
    capacity.quarter_index,
    capacity.zoning,
    capacity.zone,
    capacity.product_group,
    capacity.step,
    capacity.scenario,
    capacity.capacity_kg,
    greatest(0e0, capacity.capacity_kg - coalesce(local_uses.local_kg, 0e0)) as room_kg
  from int_zone_capacity as capacity
  left join local_uses
    on local_uses.quarter_index = capacity.quarter_index
    and local_uses.zoning = capacity.zoning
    and local_uses.zone = capacity.zone
    and local_uses.product_group = capacity.product_group
    and local_uses.step = capacity.step
    and local_uses.scenario = capacity.scenario
)

select * from int_step_rooms
