-- one row: a form that a place bought in a quarter
-- answers: how much, credits taken off, never below 0
-- leaves out: where it came from and what it cost. Form kg
with purchased as (
  select quarter_index, place, product_group, form, sum(kg) as kg
  from stg_purchases
  group by quarter_index, place, product_group, form
),

int_demand_observed as (
  select quarter_index, place, product_group, form, greatest(0e0, cast(kg as double)) as observed_kg
  from purchased
)

select * from int_demand_observed
