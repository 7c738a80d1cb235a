-- one row: a processor's step at a place in a quarter
-- answers: what could be processed where, when and by whom
-- leaves out: what a newer delivery replaced, and quarters before those that the run looks at
with params (first_index, quarter_index) as (values (:first_index, :quarter_index)),

effective as (
  select inputs.row_name, inputs.quarter_index
  from inputs
  cross join params
  where inputs.dataset = 'processing' and inputs.quarter_index between params.first_index and params.quarter_index
),

stg_processing as (
  select
    effective.quarter_index,
    processing.processor,
    processing.place,
    processing.product_group,
    processing.step,
    processing.capacity_kg,
    processing.evidence
  from processing
  join effective on effective.row_name = processing.delivery
  where processing.year between :first_year and :last_year
)

select * from stg_processing
