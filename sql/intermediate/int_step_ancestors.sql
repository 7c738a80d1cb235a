-- one row: a step and itself or a step that comes before it
-- answers: which steps lie on the path to a step; distance 0 is the step itself
-- leaves out: steps after it
with levels (level) as (values (1), (2), (3), (4)),

int_step_ancestors as (
  select
    paths.product_group,
    paths.step,
    case levels.level
      when 1 then paths.step_1
      when 2 then paths.step_2
      when 3 then paths.step_3
      else paths.step_4
    end as ancestor,
    paths.level - levels.level as distance
  from int_step_paths as paths
  join levels on levels.level <= paths.level
)

select * from int_step_ancestors
