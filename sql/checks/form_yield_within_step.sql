-- one row: a form of which a raw kg gives more than of the step that it comes out of, and a delivery that says so
-- answers: which yields contradict each other
-- leaves out: forms without step
with params (quarter) as (values (:quarter)),

form_yield_within_step as (
  select
    'warning' as severity,
    params.quarter,
    cast(null as varchar) as zoning,
    cast(null as varchar) as zone,
    cast(null as varchar) as place,
    forms.product_group,
    forms.form as item,
    cast(null as varchar) as actor,
    forms.step as kind,
    1e0 * forms.yield as found,
    1e0 * steps.yield as bound,
    'kg/raw kg' as unit,
    inputs.delivery
  from stg_product_forms as forms
  join stg_processing_steps as steps
    on steps.product_group = forms.product_group and steps.step = forms.step
  cross join inputs
  cross join params
  where inputs.dataset in ('product_forms', 'processing_steps')
    and 1e0 * forms.yield > (1e0 + 1e-9) * steps.yield
)

select * from form_yield_within_step
