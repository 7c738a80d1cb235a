-- one row: a step in a cell and itself or a step that comes before it
-- answers: which steps lie on the path to a step; distance 0 is the step itself
-- leaves out: steps after it
with levels (level) as (values (1), (2), (3), (4)),

int_cell_ancestors as (
  select
    steps.cell,
    steps.step,
    case levels.level
      when 1 then steps.step_1
      when 2 then steps.step_2
      when 3 then steps.step_3
      else steps.step_4
    end as ancestor,
    steps.level - levels.level as distance
  from int_cell_steps as steps
  join levels on levels.level <= steps.level
)

select * from int_cell_ancestors
