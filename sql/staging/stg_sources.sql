-- one row: a dataset that a source is to deliver
-- answers: who is to send what, from when and how often
-- leaves out: what a newer delivery replaced
with effective as (
  select row_name
  from inputs
  where dataset = 'sources'
),

stg_sources as (
  select
    sources.source,
    sources.dataset,
    sources.name,
    sources.cadence,
    sources.first_quarter,
    sources.grace_days,
    cast(substr(sources.first_quarter, 1, 4) as bigint) * 4
      + cast(substr(sources.first_quarter, 7, 1) as bigint) - 1 as first_index
  from sources
  join effective on effective.row_name = sources.delivery
)

select * from stg_sources
