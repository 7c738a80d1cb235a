-- one row: a processing step of a product group
-- answers: which step comes after which, and what it yields
-- leaves out: what a newer delivery replaced
with effective as (
  select row_name
  from inputs
  where dataset = 'processing_steps'
),

stg_processing_steps as (
  select
    processing_steps.product_group,
    processing_steps.step,
    processing_steps.parent_step,
    processing_steps.name_sv,
    processing_steps.name_en,
    processing_steps.yield
  from processing_steps
  join effective on effective.row_name = processing_steps.delivery
)

select * from stg_processing_steps
