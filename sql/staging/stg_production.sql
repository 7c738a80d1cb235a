-- one row: a producer's product group at a place in a quarter
-- answers: what was on offer and what was grown, where, when and by whom
-- leaves out: what a newer delivery replaced, and quarters before those that the run looks at
with params (first_index, quarter_index) as (values (:first_index, :quarter_index)),

effective as (
  select inputs.row_name, inputs.quarter_index
  from inputs
  cross join params
  where inputs.dataset = 'production' and inputs.quarter_index between params.first_index and params.quarter_index
),

stg_production as (
  select
    effective.quarter_index,
    production.producer,
    production.place,
    production.product_group,
    production.available_kg,
    coalesce(production.produced_kg, production.available_kg) as produced_kg,
    production.evidence
  from production
  join effective on effective.row_name = production.delivery
  where production.year between :first_year and :last_year
)

select * from stg_production
