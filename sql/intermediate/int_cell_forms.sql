-- one row: a form in a cell
-- answers: what it yields and which steps it needs (step_1 is the first); level 0 needs none
-- leaves out: whether anybody orders it
with int_cell_forms as (
  select
    cells.cell,
    forms.form,
    forms.yield,
    coalesce(paths.level, 0) as level,
    forms.step,
    paths.step_1,
    paths.step_2,
    paths.step_3,
    paths.step_4
  from int_cells as cells
  join stg_product_forms as forms on forms.product_group = cells.product_group
  left join int_step_paths as paths
    on paths.product_group = forms.product_group and paths.step = forms.step
)

select * from int_cell_forms
