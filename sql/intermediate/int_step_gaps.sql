-- one row: a step of a product group in a zone with demand, in one of the four quarters of the year, in one case
-- answers: what it is asked for, what it can take and what it loses, and its part of the zone's gaps
-- leaves out: forms. Raw kg
with flows as (
  select
    balances.quarter_index,
    balances.age,
    balances.zoning,
    balances.zone,
    balances.product_group,
    paths.step,
    paths.yield,
    balances.scenario,
    balances.has_demand,
    balances.held_kg,
    balances.processing_gap_kg,
    balances.chain_gap_kg,
    coalesce(needs.required_kg, 0e0) as required_kg,
    coalesce(needs.local_use_kg, 0e0) as local_use_kg,
    -- where a zone has no room at all, only the forms that end at the step reach it
    coalesce(chain.inflow_kg, needs.own_kg, 0e0) as inflow_kg,
    coalesce(rooms.capacity_kg, 0e0) as capacity_kg,
    coalesce(rooms.room_kg, 0e0) as room_kg
  from int_zone_balances as balances
  join int_step_paths as paths on paths.product_group = balances.product_group
  left join int_step_needs as needs
    on needs.quarter_index = balances.quarter_index
    and needs.zoning = balances.zoning
    and needs.zone = balances.zone
    and needs.product_group = balances.product_group
    and needs.scenario = balances.scenario
    and needs.step = paths.step
  left join int_chain_flows as chain
    on chain.kind = 'step'
    and chain.quarter_index = balances.quarter_index
    and chain.zoning = balances.zoning
    and chain.zone = balances.zone
    and chain.product_group = balances.product_group
    and chain.scenario = balances.scenario
    and chain.link = paths.step
  left join int_step_rooms as rooms
    on rooms.quarter_index = balances.quarter_index
    and rooms.zoning = balances.zoning
    and rooms.zone = balances.zone
    and rooms.product_group = balances.product_group
    and rooms.scenario = balances.scenario
    and rooms.step = paths.step
),

lost as (
  select
    quarter_index, age, zoning, zone, product_group, step, yield, scenario, has_demand, held_kg, processing_gap_kg,
    chain_gap_kg, required_kg, local_use_kg, inflow_kg, capacity_kg, room_kg,
    inflow_kg - least(inflow_kg, room_kg) as lost_kg
  from flows
),

int_step_gaps as (
  select
    quarter_index, age, zoning, zone, product_group, step, yield, scenario, has_demand,
    required_kg, inflow_kg, capacity_kg, local_use_kg, lost_kg,
    greatest(0e0, required_kg - room_kg) as lacking_kg,
    coalesce(lost_kg / nullif(1e0 * held_kg, 0e0), 0e0) as lost_share,
    coalesce(processing_gap_kg * lost_kg / nullif(1e0 * held_kg, 0e0), 0e0) as processing_gap_kg,
    coalesce(chain_gap_kg * lost_kg / nullif(1e0 * held_kg, 0e0), 0e0) as chain_gap_kg
  from lost
)

select * from int_step_gaps
