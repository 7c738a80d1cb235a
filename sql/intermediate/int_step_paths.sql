-- one row: a processing step of a product group
-- answers: which steps come before it (step_1 is the first of all) and at which level it lies
-- leaves out: nothing; trees are at most four levels deep
with lineages as (
  select
    step.product_group,
    step.step,
    step.yield,
    step.parent_step as parent_1,
    parent.parent_step as parent_2,
    grandparent.parent_step as parent_3
  from stg_processing_steps as step
  left join stg_processing_steps as parent
    on parent.product_group = step.product_group and parent.step = step.parent_step
  left join stg_processing_steps as grandparent
    on grandparent.product_group = step.product_group and grandparent.step = parent.parent_step
),

int_step_paths as (
  select
    product_group,
    step,
    yield,
    case when parent_1 is null then 1 when parent_2 is null then 2 when parent_3 is null then 3 else 4 end as level,
    coalesce(parent_3, parent_2, parent_1, step) as step_1,
    case
      when parent_1 is null then null
      when parent_2 is null then step
      when parent_3 is null then parent_1
      else parent_2
    end as step_2,
    case when parent_2 is null then null when parent_3 is null then step else parent_1 end as step_3,
    case when parent_3 is null then null else step end as step_4
  from lineages
)

select * from int_step_paths
