-- one row: a form of which something can be processed in a zone in a quarter, in one case
-- answers: how much of what is not bought near by the zone's steps would let through (p)
-- leaves out: forms of which nothing passes. Raw kg
with int_forms_processable as (
  select
    demand.quarter_index,
    demand.zoning,
    demand.zone,
    demand.product_group,
    demand.form,
    demand.scenario,
    demand.unmet_kg as processable_kg
  from int_zone_demand as demand
  join int_form_paths as paths on paths.product_group = demand.product_group and paths.form = demand.form
  where paths.level = 0 and demand.unmet_kg > 0e0
  union all
  select
    quarter_index,
    zoning,
    zone,
    product_group,
    link as form,
    scenario,
    carried_kg as processable_kg
  from int_chain_flows
  where kind = 'form' and carried_kg > 0e0
)

select * from int_forms_processable
