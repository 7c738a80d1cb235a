-- one row: a step in a cell
-- answers: what it yields and which steps come before it (step_1 is the first)
-- leaves out: whether anybody can carry it out
with int_cell_steps as (
  select
    cells.cell,
    paths.step,
    paths.yield,
    paths.level,
    paths.step_1,
    paths.step_2,
    paths.step_3,
    paths.step_4
  from int_cells as cells
  join int_step_paths as paths on paths.product_group = cells.product_group
)

select * from int_cell_steps
