-- one row: a step of a product group in a zone with demand for it, in the asked quarter
-- answers: what is asked of the step, what it can take, what it loses and what it lacks
-- leaves out: forms; the low and the high case. Raw kg
with params (quarter) as (values (:quarter)),

bottlenecks as (
  select
    params.quarter,
    cells.zoning,
    cells.zone,
    cells.product_group,
    needs.step,
    needs.required_kg,
    coalesce(losses.inflow_kg, 0e0) as inflow_kg,
    needs.capacity_kg,
    needs.local_use_kg,
    coalesce(losses.lost_kg, 0e0) as lost_kg,
    needs.lacking_kg,
    coalesce(losses.processing_gap_kg, 0e0) as processing_gap_kg,
    coalesce(losses.chain_gap_kg, 0e0) as chain_gap_kg,
    coalesce(processors.processors, 0) as processors,
    processors.largest_processor_share,
    statuses.step_status as capacity_status
  from int_step_needs as needs
  join int_cells as cells on cells.cell = needs.cell
  join int_capacity_statuses as statuses on statuses.cell = needs.cell and statuses.step = needs.step
  left join int_step_losses as losses
    on losses.scenario = 'central'
    and losses.age = needs.age
    and losses.cell = needs.cell
    and losses.step = needs.step
  left join int_processors_counted as processors
    on processors.cell = needs.cell and processors.step = needs.step
  cross join params
  where needs.age = 0
)

select * from bottlenecks
