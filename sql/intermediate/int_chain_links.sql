-- one row: a form or a step of a product group for which a zone has some room, in a quarter and case
-- answers: what each form brings into the chain (unmet) and how much each step can take (room)
-- leaves out: forms without step, and zones without any room for the product group: there nothing passes a step
with capable as (
  select distinct quarter_index, zoning, zone, product_group, scenario
  from int_step_rooms
  where room_kg > 0e0
),

links as (
  select product_group, 'form' as kind, form as link, level, step_1, step_2, step_3, step_4
  from int_form_paths
  where level > 0
  union all
  select product_group, 'step' as kind, step as link, level, step_1, step_2, step_3, step_4
  from int_step_paths
),

int_chain_links as (
  select
    capable.quarter_index,
    capable.zoning,
    capable.zone,
    capable.product_group,
    capable.scenario,
    links.kind,
    links.link,
    links.level,
    links.step_1,
    links.step_2,
    links.step_3,
    links.step_4,
    coalesce(demand.unmet_kg, 0e0) as unmet_kg,
    coalesce(rooms.room_kg, 0e0) as room_kg
  from capable
  join links on links.product_group = capable.product_group
  left join int_zone_demand as demand
    on links.kind = 'form'
    and demand.quarter_index = capable.quarter_index
    and demand.zoning = capable.zoning
    and demand.zone = capable.zone
    and demand.product_group = capable.product_group
    and demand.scenario = capable.scenario
    and demand.form = links.link
  left join int_step_rooms as rooms
    on links.kind = 'step'
    and rooms.quarter_index = capable.quarter_index
    and rooms.zoning = capable.zoning
    and rooms.zone = capable.zone
    and rooms.product_group = capable.product_group
    and rooms.scenario = capable.scenario
    and rooms.step = links.link
)

select * from int_chain_links
