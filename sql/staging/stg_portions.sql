-- one row: portions of a segment that a place served in a quarter
-- answers: how many portions were served where, when and to whom
-- leaves out: what a newer delivery replaced, and quarters before those that the run looks at
with params (first_index, quarter_index) as (values (:first_index, :quarter_index)),

effective as (
  select inputs.row_name, inputs.quarter_index
  from inputs
  cross join params
  where inputs.dataset = 'portions' and inputs.quarter_index between params.first_index and params.quarter_index
),

stg_portions as (
  select
    effective.quarter_index,
    portions.place,
    portions.segment,
    portions.portions,
    portions.serving_days,
    portions.evidence
  from portions
  join effective on effective.row_name = portions.delivery
  where portions.year between :first_year and :last_year
)

select * from stg_portions
