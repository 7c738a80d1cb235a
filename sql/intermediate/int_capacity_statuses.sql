-- one row: a step of a product group in a zone with demand
-- answers: whether its capacity, and that of every step on the path to it, was reported within eight quarters
-- leaves out: how much it is
with reported as (
  select distinct zones.zoning, zones.zone, processing.product_group, processing.step
  from stg_processing as processing
  join int_place_zones as zones on zones.place = processing.place
  join int_quarters as quarters on quarters.quarter_index = processing.quarter_index
  where quarters.age < 8 and zones.has_gaps
),

demanded as (
  select distinct zoning, zone, product_group
  from int_zone_balances
),

paths as (
  select
    demanded.zoning,
    demanded.zone,
    demanded.product_group,
    ancestors.step,
    ancestors.distance,
    case when reported.step is null then 'unreported' else 'reported' end as status
  from demanded
  join int_step_ancestors as ancestors on ancestors.product_group = demanded.product_group
  left join reported
    on reported.zoning = demanded.zoning
    and reported.zone = demanded.zone
    and reported.product_group = demanded.product_group
    and reported.step = ancestors.ancestor
),

int_capacity_statuses as (
  select
    zoning,
    zone,
    product_group,
    step,
    -- reported < unreported, so that the largest is the worst
    max(case when distance = 0 then status end) as step_status,
    max(status) as path_status
  from paths
  group by zoning, zone, product_group, step
)

select * from int_capacity_statuses
