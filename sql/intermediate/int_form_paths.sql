-- one row: a form of a product group
-- answers: which steps it needs (step_1 is the first) and what it yields; level 0 needs none
-- leaves out: nothing
with int_form_paths as (
  select
    forms.product_group,
    forms.form,
    forms.yield,
    forms.step,
    coalesce(paths.level, 0) as level,
    paths.step_1,
    paths.step_2,
    paths.step_3,
    paths.step_4
  from stg_product_forms as forms
  left join int_step_paths as paths
    on paths.product_group = forms.product_group and paths.step = forms.step
)

select * from int_form_paths
