-- one row: a kind of evidence
-- answers: how far off rows of that evidence may be
-- leaves out: what a newer delivery replaced
with effective as (
  select row_name
  from inputs
  where dataset = 'uncertainty'
),

stg_uncertainty as (
  select
    uncertainty.evidence,
    uncertainty.margin
  from uncertainty
  join effective on effective.row_name = uncertainty.delivery
)

select * from stg_uncertainty
