-- one row: a form that a zone needs in the asked quarter
-- answers: how the demand splits by what would meet it, how wide the gap is and how sure that is
-- leaves out: steps; of the low and the high case all but the smallest and largest shortfall. Form kg
with params (quarter) as (values (:quarter)),

shortfalls as (
  select
    cell, form, scenario, has_demand, demand_kg, purchased_local_kg, procurable_kg, diverted_gap_kg,
    production_gap_kg, processing_gap_kg, chain_gap_kg,
    diverted_gap_kg + production_gap_kg + processing_gap_kg + chain_gap_kg as shortfall_kg
  from int_form_gaps
  where age = 0
),

ranges as (
  select
    cell, form, scenario, has_demand, demand_kg, purchased_local_kg, procurable_kg, diverted_gap_kg,
    production_gap_kg, processing_gap_kg, chain_gap_kg, shortfall_kg,
    min(shortfall_kg) over (partition by cell, form) as shortfall_low_kg,
    max(shortfall_kg) over (partition by cell, form) as shortfall_high_kg
  from shortfalls
),

facts as (
  select
    cells.zoning, cells.zone, cells.product_group, ranges.form, ranges.demand_kg, sources.observed_kg,
    sources.modelled_kg, ranges.purchased_local_kg, ranges.procurable_kg, ranges.diverted_gap_kg,
    ranges.production_gap_kg, ranges.processing_gap_kg, ranges.chain_gap_kg, ranges.shortfall_kg,
    ranges.shortfall_low_kg, ranges.shortfall_high_kg,
    coalesce(supply.supply_status, 'unreported') as supply_status,
    coalesce(capacity.path_status, 'reported') as capacity_status,
    coalesce(coverage.demand_coverage < 0.8e0, false) as is_sparse,
    evidences.evidence,
    prices.sek_per_kg as price_sek_per_kg
  from ranges
  join int_cells as cells on cells.cell = ranges.cell
  join int_cell_forms as forms on forms.cell = ranges.cell and forms.form = ranges.form
  join int_demand_sources as sources
    on sources.age = 0 and sources.cell = ranges.cell and sources.form = ranges.form
  join int_demand_coverage as coverage on coverage.age = 0 and coverage.cell = ranges.cell
  join int_gap_evidence as evidences
    on evidences.quarter_index = sources.quarter_index
    and evidences.cell = ranges.cell
    and evidences.form = ranges.form
  left join int_supply_statuses as supply on supply.cell = ranges.cell
  left join int_capacity_statuses as capacity on capacity.cell = ranges.cell and capacity.step = forms.step
  left join int_prices as prices on prices.product_group = cells.product_group and prices.form = ranges.form
  where ranges.scenario = 'central' and ranges.has_demand and ranges.demand_kg > 5e-4 * forms.yield
),

gaps as (
  select
    params.quarter,
    facts.zoning, facts.zone, facts.product_group, facts.form, facts.demand_kg, facts.observed_kg,
    facts.modelled_kg, facts.purchased_local_kg, facts.procurable_kg, facts.diverted_gap_kg,
    facts.production_gap_kg, facts.processing_gap_kg, facts.chain_gap_kg, facts.shortfall_kg,
    facts.shortfall_low_kg, facts.shortfall_high_kg,
    case
      when facts.shortfall_high_kg <= 5e-4 then 'none'
      when 'unreported' in (facts.supply_status, facts.capacity_status) or facts.is_sparse then 'unknown'
      when facts.shortfall_low_kg > 5e-4 then 'certain'
      when facts.shortfall_kg > 5e-4 then 'likely'
      else 'possible'
    end as certainty,
    facts.supply_status,
    facts.capacity_status,
    facts.evidence,
    facts.price_sek_per_kg,
    facts.shortfall_kg * facts.price_sek_per_kg as shortfall_sek
  from facts
  cross join params
)

select * from gaps
