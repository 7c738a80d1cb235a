-- one row: an instrument and its target in a zone that would move something within a year
-- answers: what to do about a gap, how much it would move and be worth, how sure that is, and in which order
-- leaves out: who should do it
with params (quarter) as (values (:quarter)),

targets as (
  select
    years.cell, years.instrument, years.target, years.kg_per_year, years.kg_low, years.kg_high, years.peak_quarter_kg,
    case
      when years.instrument = 'processing_investment' then years.target
      when years.instrument = 'development_contract' then forms.step
    end as step
  from int_opportunity_years as years
  left join int_cell_forms as forms on forms.cell = years.cell and forms.form = years.target
),

facts as (
  select
    cells.zoning, cells.zone, cells.product_group, targets.instrument, targets.target, targets.kg_per_year,
    targets.kg_low, targets.kg_high, targets.peak_quarter_kg, worth.sek_per_year, worth.evidence, years.quarters,
    years.buyers, years.next_window, years.observed_share, missing.missing_steps,
    coalesce(supply.supply_status, 'unreported') as supply_status,
    coalesce(years.demand_coverage < 0.8e0, false) as is_sparse,
    case
      when targets.instrument in ('production_investment', 'development_contract') and supply.cell is null
        then 'unreported'
      when targets.instrument = 'processing_investment' then capacity.step_status
      when targets.instrument = 'development_contract' then coalesce(capacity.path_status, 'reported')
      else 'reported'
    end as basis_status
  from targets
  join int_cells as cells on cells.cell = targets.cell
  join int_zone_years as years on years.cell = targets.cell
  join int_opportunity_values as worth
    on worth.cell = targets.cell and worth.instrument = targets.instrument and worth.target = targets.target
  left join int_supply_statuses as supply on supply.cell = targets.cell
  left join int_capacity_statuses as capacity on capacity.cell = targets.cell and capacity.step = targets.step
  left join int_missing_steps as missing on missing.cell = targets.cell and missing.step = targets.step
),

judged as (
  select
    zoning, zone, product_group, instrument, target, kg_per_year, kg_low, kg_high, peak_quarter_kg, sek_per_year,
    quarters, buyers, missing_steps, next_window, observed_share, supply_status, evidence,
    zoning || '/' || zone || '/' || product_group || '/' || instrument || '/' || target as id,
    case
      when basis_status = 'unreported' or is_sparse then 'unknown'
      when kg_low > 5e-4 then 'certain'
      else 'likely'
    end as certainty
  from facts
),

opportunities as (
  select
    params.quarter, judged.zoning, judged.zone, judged.product_group, judged.instrument, judged.target, judged.id,
    judged.kg_per_year, judged.kg_low, judged.kg_high, judged.peak_quarter_kg, judged.sek_per_year, judged.quarters,
    judged.buyers, judged.missing_steps, judged.next_window, judged.observed_share, judged.certainty,
    judged.supply_status, judged.evidence,
    row_number() over (
      partition by judged.zoning
      order by
        case when judged.certainty = 'unknown' then 1 else 0 end,
        coalesce(cast(floor(judged.sek_per_year * 100 + 0.5e0) as bigint), -1) desc,
        cast(floor(judged.kg_per_year * 1000 + 0.5e0) as bigint) desc,
        judged.zone, judged.product_group, judged.instrument, judged.target
    ) as rank
  from judged
  cross join params
)

select * from opportunities
