-- one row: a form that a zone needs in one of the four quarters of the year
-- answers: the worst evidence behind its gap: what the model fills from, and production and processing
-- leaves out: places where the model fills nothing
with filled as (
  select
    demand.quarter_index,
    demand.place,
    demand.product_group,
    demand.form,
    min(modelled.evidence) as evidence
  from int_place_demand as demand
  join int_quarters as quarters on quarters.quarter_index = demand.quarter_index
  join int_demand_modelled as modelled
    on modelled.quarter_index = demand.quarter_index
    and modelled.place = demand.place
    and modelled.product_group = demand.product_group
    and modelled.form = demand.form
  where quarters.age < 4 and demand.scenario = 'central' and demand.fill_kg > 5e-4
  group by demand.quarter_index, demand.place, demand.product_group, demand.form
),

reported as (
  select quarter_index, place, product_group, evidence
  from stg_production
  union all
  select quarter_index, place, product_group, evidence
  from stg_processing
),

form_evidence as (
  select filled.quarter_index, zones.zoning, zones.zone, filled.product_group, filled.form, min(filled.evidence) as evidence
  from filled
  join int_place_zones as zones on zones.place = filled.place
  group by filled.quarter_index, zones.zoning, zones.zone, filled.product_group, filled.form
),

group_evidence as (
  select reported.quarter_index, zones.zoning, zones.zone, reported.product_group, min(reported.evidence) as evidence
  from reported
  join int_place_zones as zones on zones.place = reported.place
  group by reported.quarter_index, zones.zoning, zones.zone, reported.product_group
),

int_gap_evidence as (
  select
    gaps.quarter_index,
    gaps.zoning,
    gaps.zone,
    gaps.product_group,
    gaps.form,
    -- the worst: assumed < derived < reported is also how the words sort
    least(coalesce(form_evidence.evidence, 'reported'), coalesce(group_evidence.evidence, 'reported')) as evidence
  from int_form_gaps as gaps
  left join form_evidence
    on form_evidence.quarter_index = gaps.quarter_index
    and form_evidence.zoning = gaps.zoning
    and form_evidence.zone = gaps.zone
    and form_evidence.product_group = gaps.product_group
    and form_evidence.form = gaps.form
  left join group_evidence
    on group_evidence.quarter_index = gaps.quarter_index
    and group_evidence.zoning = gaps.zoning
    and group_evidence.zone = gaps.zone
    and group_evidence.product_group = gaps.product_group
  where gaps.scenario = 'central'
)

select * from int_gap_evidence
