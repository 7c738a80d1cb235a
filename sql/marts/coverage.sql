-- one row: a quarterly dataset that a source was to deliver for the asked quarter, or delivered unasked
-- answers: whether it came, and in time
-- leaves out: reference datasets; deliveries that were replaced or withdrawn
with params (quarter, quarter_index, last_day, today) as (values (:quarter, :quarter_index, :last_day, :today)),

declared as (
  select sources.source, sources.dataset, sources.grace_days
  from stg_sources as sources
  cross join params
  where sources.dataset in ('portions', 'purchases', 'production', 'processing')
    and sources.first_index <= params.quarter_index
    and (
      sources.cadence = 'quarterly'
      or (sources.cadence = 'yearly' and (params.quarter_index - sources.first_index) % 4 = 0)
      or (sources.cadence = 'once' and sources.first_index = params.quarter_index)
    )
),

delivered as (
  select
    inputs.source, inputs.dataset, inputs.delivery, inputs.received_at, inputs.rows, inputs.refused_rows,
    date_diff('day', params.last_day, inputs.first_received_on) as days_taken
  from inputs
  join params on params.quarter_index = inputs.quarter_index
  where inputs.dataset in ('portions', 'purchases', 'production', 'processing')
),

coverage as (
  select
    params.quarter,
    coalesce(declared.source, delivered.source) as source,
    coalesce(declared.dataset, delivered.dataset) as dataset,
    case
      when declared.source is null then 'unexpected'
      when delivered.days_taken <= declared.grace_days then 'received'
      when delivered.source is not null then 'late'
      when date_diff('day', params.last_day, params.today) <= declared.grace_days then 'due'
      else 'missing'
    end as status,
    delivered.delivery,
    coalesce(delivered.rows, 0) as rows,
    coalesce(delivered.refused_rows, 0) as refused_rows,
    delivered.received_at
  from declared
  full outer join delivered on delivered.source = declared.source and delivered.dataset = declared.dataset
  cross join params
)

select * from coverage
