-- one row: a place whose purchases of a product group are all there is
-- answers: where the model must not fill anything
-- leaves out: what a newer delivery replaced
with effective as (
  select row_name
  from inputs
  where dataset = 'complete_purchases'
),

stg_complete_purchases as (
  select
    complete_purchases.place,
    complete_purchases.product_group,
    complete_purchases.valid_from,
    complete_purchases.valid_to,
    cast(substr(complete_purchases.valid_from, 1, 4) as bigint) * 4
      + cast(substr(complete_purchases.valid_from, 7, 1) as bigint) - 1 as first_index,
    cast(substr(complete_purchases.valid_to, 1, 4) as bigint) * 4
      + cast(substr(complete_purchases.valid_to, 7, 1) as bigint) - 1 as last_index
  from complete_purchases
  join effective on effective.row_name = complete_purchases.delivery
)

select * from stg_complete_purchases
