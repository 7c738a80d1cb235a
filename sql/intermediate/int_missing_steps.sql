-- one row: a step in a zone, on whose path some step lacks room in any of the four quarters of the year
-- answers: which steps lack it, the step itself first, then upwards
-- leaves out: how much; the low and the high case
with lacking as (
  select distinct zoning, zone, product_group, step
  from int_step_gaps
  where scenario = 'central' and has_demand and lacking_kg > 5e-4
),

marked as (
  select
    lacking.zoning,
    lacking.zone,
    ancestors.product_group,
    ancestors.step,
    max(case when ancestors.distance = 0 then ancestors.ancestor end) as itself,
    max(case when ancestors.distance = 1 then ancestors.ancestor end) as parent,
    max(case when ancestors.distance = 2 then ancestors.ancestor end) as grandparent,
    max(case when ancestors.distance = 3 then ancestors.ancestor end) as great_grandparent
  from lacking
  join int_step_ancestors as ancestors
    on ancestors.product_group = lacking.product_group and ancestors.ancestor = lacking.step
  group by lacking.zoning, lacking.zone, ancestors.product_group, ancestors.step
),

int_missing_steps as (
  select
    zoning,
    zone,
    product_group,
    step,
    concat_ws(' ', itself, parent, grandparent, great_grandparent) as missing_steps
  from marked
)

select * from int_missing_steps
