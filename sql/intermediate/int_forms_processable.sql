-- one row: a form of which something can be processed in a zone in a quarter, in one case
-- answers: how much of what is not bought near by the zone's steps would let through (p)
-- leaves out: forms of which nothing passes. Raw kg
with int_forms_processable as (
  select demand.quarter_index, demand.cell, demand.form, demand.scenario, demand.unmet_kg as processable_kg
  from int_zone_demand as demand
  join int_cell_forms as forms on forms.cell = demand.cell and forms.form = demand.form
  where forms.level = 0 and demand.unmet_kg > 0e0
  union all
  select quarter_index, cell, link as form, scenario, carried_kg as processable_kg
  from int_chain_flows
  where kind = 'form' and carried_kg > 0e0
)

select * from int_forms_processable
