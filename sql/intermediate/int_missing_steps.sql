-- one row: a step in a zone, on whose path some step lacks room in any of the four quarters of the year
-- answers: which steps lack it, the step itself first, then upwards
-- leaves out: how much; the low and the high case
with lacking as (
  select distinct cell, step
  from int_step_needs
  where lacking_kg > 5e-4
),

marked as (
  select
    ancestors.cell,
    ancestors.step,
    max(case when ancestors.distance = 0 then ancestors.ancestor end) as itself,
    max(case when ancestors.distance = 1 then ancestors.ancestor end) as parent,
    max(case when ancestors.distance = 2 then ancestors.ancestor end) as grandparent,
    max(case when ancestors.distance = 3 then ancestors.ancestor end) as great_grandparent
  from lacking
  join int_cell_ancestors as ancestors
    on ancestors.cell = lacking.cell and ancestors.ancestor = lacking.step
  group by ancestors.cell, ancestors.step
),

int_missing_steps as (
  select cell, step, concat_ws(' ', itself, parent, grandparent, great_grandparent) as missing_steps
  from marked
)

select * from int_missing_steps
