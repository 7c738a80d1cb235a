-- one row: a form of a product group
-- answers: what kitchens order, the last step it needs and what it yields
-- leaves out: what a newer delivery replaced
with effective as (
  select row_name
  from inputs
  where dataset = 'product_forms'
),

stg_product_forms as (
  select
    product_forms.product_group,
    product_forms.form,
    product_forms.step,
    product_forms.name_sv,
    product_forms.name_en,
    product_forms.yield
  from product_forms
  join effective on effective.row_name = product_forms.delivery
)

select * from stg_product_forms
