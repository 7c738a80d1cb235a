-- one row: a form that a place bought, or needs by the model, in a quarter
-- answers: both side by side, the model's by evidence and the worst of it, with the totals of the product group
-- leaves out: the three cases; what the model fills. Raw kg
with quantities as (
  select
    quarter_index, place, product_group, form,
    observed_kg, 0e0 as reported_kg, 0e0 as derived_kg, 0e0 as assumed_kg, cast(null as varchar) as evidence
  from int_demand_observed
  union all
  select
    quarter_index, place, product_group, form,
    0e0 as observed_kg, reported_kg, derived_kg, assumed_kg, evidence
  from int_demand_modelled
),

raw as (
  select
    quantities.quarter_index,
    quantities.place,
    quantities.product_group,
    quantities.form,
    sum(quantities.observed_kg) / nullif(1e0 * forms.yield, 0e0) as observed,
    sum(quantities.reported_kg) / nullif(1e0 * forms.yield, 0e0) as reported,
    sum(quantities.derived_kg) / nullif(1e0 * forms.yield, 0e0) as derived,
    sum(quantities.assumed_kg) / nullif(1e0 * forms.yield, 0e0) as assumed,
    min(quantities.evidence) as evidence
  from quantities
  join stg_product_forms as forms
    on forms.product_group = quantities.product_group and forms.form = quantities.form
  group by quantities.quarter_index, quantities.place, quantities.product_group, quantities.form, forms.yield
),

int_demand_known as (
  select
    quarter_index,
    place,
    product_group,
    form,
    observed,
    reported,
    derived,
    assumed,
    evidence,
    sum(observed) over (partition by quarter_index, place, product_group) as total_observed,
    sum(reported) over (partition by quarter_index, place, product_group) as total_reported,
    sum(derived) over (partition by quarter_index, place, product_group) as total_derived,
    sum(assumed) over (partition by quarter_index, place, product_group) as total_assumed
  from raw
)

select * from int_demand_known
