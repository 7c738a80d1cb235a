-- one row: a place's purchases of a product group (or all) in the asked quarter by a definition, in kg or SEK
-- answers: between which bounds the share inside the definition lies, and whether it meets the target in force
-- leaves out: measures in SEK for which a price lacks: they are null
with params (quarter, quarter_index) as (values (:quarter, :quarter_index)),

targets as (
  select
    targets.place,
    targets.definition,
    targets.product_group,
    targets.measure_unit,
    targets.share,
    row_number() over (
      partition by targets.place, targets.definition, targets.product_group, targets.measure_unit
      order by targets.first_index desc
    ) as age
  from stg_targets as targets
  cross join params
  where targets.first_index <= params.quarter_index
),

bounds as (
  select
    place,
    definition,
    product_group,
    measure_unit,
    case when not is_undecided then inside end as inside,
    case when not is_undecided then outside end as outside,
    case when not is_undecided then unknown end as unknown,
    case when not is_undecided then missing end as missing,
    case when not is_undecided then inside / nullif(1e0 * (inside + outside + unknown + missing), 0e0) end as share_low,
    case
      when not is_undecided
        then (inside + unknown + missing) / nullif(1e0 * (inside + outside + unknown + missing), 0e0)
    end as share_high
  from int_share_values
),

shares as (
  select
    params.quarter,
    bounds.place,
    bounds.definition,
    bounds.product_group,
    bounds.measure_unit,
    bounds.inside,
    bounds.outside,
    bounds.unknown,
    bounds.missing,
    bounds.share_low,
    bounds.share_high,
    targets.share as target,
    case
      when targets.share is null then null
      when bounds.share_low >= targets.share - 1e-9 then 'met'
      when bounds.share_high < targets.share - 1e-9 then 'missed'
      else 'undecided'
    end as target_status
  from bounds
  cross join params
  left join targets
    on targets.place = bounds.place
    and targets.definition = bounds.definition
    and targets.product_group = bounds.product_group
    and targets.measure_unit = bounds.measure_unit
    and targets.age = 1
)

select * from shares
