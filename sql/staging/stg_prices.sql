-- one row: a price of a form
-- answers: what to reckon with where no purchase shows a price
-- leaves out: what a newer delivery replaced
with effective as (
  select row_name
  from inputs
  where dataset = 'prices'
),

stg_prices as (
  select
    prices.product_group,
    prices.form,
    prices.sek_per_kg,
    prices.evidence
  from prices
  join effective on effective.row_name = prices.delivery
)

select * from stg_prices
