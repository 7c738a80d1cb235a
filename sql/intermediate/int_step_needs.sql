-- one row: a step that forms of a zone's demand pass in one of the four quarters of the year, in one case
-- answers: what of it is not bought near by (required, of which own ends at this step), what is (local use)
-- leaves out: what the steps after it lose. Raw kg
with int_step_needs as (
  select
    demand.quarter_index,
    demand.zoning,
    demand.zone,
    demand.product_group,
    ancestors.ancestor as step,
    demand.scenario,
    sum(demand.unmet_kg) as required_kg,
    sum(case when ancestors.distance = 0 then demand.unmet_kg else 0e0 end) as own_kg,
    sum(demand.local_kg) as local_use_kg
  from int_zone_demand as demand
  join int_quarters as quarters on quarters.quarter_index = demand.quarter_index
  join int_form_paths as paths on paths.product_group = demand.product_group and paths.form = demand.form
  join int_step_ancestors as ancestors
    on ancestors.product_group = paths.product_group and ancestors.step = paths.step
  where quarters.age < 4
  group by
    demand.quarter_index,
    demand.zoning,
    demand.zone,
    demand.product_group,
    ancestors.ancestor,
    demand.scenario
)

select * from int_step_needs
