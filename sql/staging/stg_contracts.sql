-- one row: a contract of a place for a product group
-- answers: when contracts end
-- leaves out: what a newer delivery replaced
with effective as (
  select row_name
  from inputs
  where dataset = 'contracts'
),

stg_contracts as (
  select
    contracts.contract,
    contracts.place,
    contracts.supplier,
    contracts.product_group,
    contracts.form,
    contracts.kg_per_year,
    contracts.starts_on,
    contracts.ends_on,
    contracts.kind
  from contracts
  join effective on effective.row_name = contracts.delivery
)

select * from stg_contracts
