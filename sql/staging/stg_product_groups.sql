-- one row: a product group
-- answers: which chains there are, and what of a stock each quarter loses
-- leaves out: what a newer delivery replaced
with effective as (
  select row_name
  from inputs
  where dataset = 'product_groups'
),

stg_product_groups as (
  select
    product_groups.product_group,
    product_groups.name_sv,
    product_groups.name_en,
    product_groups.cpv,
    product_groups.quarterly_storage_loss
  from product_groups
  join effective on effective.row_name = product_groups.delivery
)

select * from stg_product_groups
