-- one row: a step of a product group in a zone with demand for it, in the asked quarter
-- answers: what is asked of the step, what it can take, what it loses and what it lacks
-- leaves out: forms; the low and the high case. Raw kg
with params (quarter) as (values (:quarter)),

bottlenecks as (
  select
    params.quarter,
    gaps.zoning,
    gaps.zone,
    gaps.product_group,
    gaps.step,
    gaps.required_kg,
    gaps.inflow_kg,
    gaps.capacity_kg,
    gaps.local_use_kg,
    gaps.lost_kg,
    gaps.lacking_kg,
    gaps.processing_gap_kg,
    gaps.chain_gap_kg,
    coalesce(processors.processors, 0) as processors,
    processors.largest_processor_share,
    statuses.step_status as capacity_status
  from int_step_gaps as gaps
  cross join params
  join int_capacity_statuses as statuses
    on statuses.zoning = gaps.zoning
    and statuses.zone = gaps.zone
    and statuses.product_group = gaps.product_group
    and statuses.step = gaps.step
  left join int_processors_counted as processors
    on processors.zoning = gaps.zoning
    and processors.zone = gaps.zone
    and processors.product_group = gaps.product_group
    and processors.step = gaps.step
  where gaps.age = 0 and gaps.scenario = 'central' and gaps.has_demand
)

select * from bottlenecks
