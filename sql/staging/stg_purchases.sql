-- one row: purchases of a place by form, origin and organic, of one supplier and delivery
-- answers: what was bought where, when, from where and for how much
-- leaves out: what a newer delivery replaced, and quarters before those that the run looks at
with params (first_index, quarter_index) as (values (:first_index, :quarter_index)),

effective as (
  select inputs.row_name, inputs.quarter_index
  from inputs
  cross join params
  where inputs.dataset = 'purchases' and inputs.quarter_index between params.first_index and params.quarter_index
),

stg_purchases as (
  select
    effective.quarter_index,
    rolled_purchases.place,
    rolled_purchases.product_group,
    rolled_purchases.form,
    rolled_purchases.grown_place,
    rolled_purchases.processed_place,
    coalesce(rolled_purchases.grown_place, '') || '/' || coalesce(rolled_purchases.processed_place, '') as origin,
    rolled_purchases.is_organic,
    rolled_purchases.kg,
    rolled_purchases.sek,
    rolled_purchases.priced_kg,
    rolled_purchases.priced_sek,
    rolled_purchases.unpriced_kg,
    rolled_purchases.unpriced_lines
  from rolled_purchases
  join effective on effective.row_name = rolled_purchases.delivery
  where rolled_purchases.year between :first_year and :last_year
)

select * from stg_purchases
