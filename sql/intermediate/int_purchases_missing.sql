-- one row: a product group that a place needs by the model in the asked quarter
-- answers: how many kg the model expects and nobody reported, and their value at the modelled mix's prices
-- leaves out: places whose purchases are complete. Form kg; SEK without a price count 0 and are marked
with quantities as (
  select
    quarter_index, place, product_group, form, reported_kg + derived_kg + assumed_kg as modelled_kg, 0e0 as observed_kg
  from int_demand_modelled
  union all
  select quarter_index, place, product_group, form, 0e0 as modelled_kg, observed_kg
  from int_demand_observed
),

forms as (
  select
    quantities.quarter_index,
    quantities.place,
    quantities.product_group,
    quantities.form,
    sum(quantities.modelled_kg) as modelled_kg,
    sum(quantities.observed_kg) as observed_kg
  from quantities
  join int_quarters as quarters on quarters.quarter_index = quantities.quarter_index
  where quarters.age = 0
  group by quantities.quarter_index, quantities.place, quantities.product_group, quantities.form
),

totals as (
  select
    forms.quarter_index,
    forms.place,
    forms.product_group,
    sum(forms.modelled_kg) as modelled_kg,
    greatest(0e0, sum(forms.modelled_kg) - sum(forms.observed_kg)) as missing_kg,
    sum(forms.modelled_kg * coalesce(prices.sek_per_kg, 0e0)) as modelled_sek,
    bool_or(prices.sek_per_kg is null and forms.modelled_kg > 5e-4) as lacks_price
  from forms
  left join int_prices as prices on prices.product_group = forms.product_group and prices.form = forms.form
  group by forms.quarter_index, forms.place, forms.product_group
),

int_purchases_missing as (
  select
    totals.place,
    totals.product_group,
    totals.missing_kg,
    totals.missing_kg * totals.modelled_sek / nullif(1e0 * totals.modelled_kg, 0e0) as missing_sek,
    totals.lacks_price and totals.missing_kg > 5e-4 as lacks_price
  from totals
  left join int_purchases_completed as complete
    on complete.quarter_index = totals.quarter_index
    and complete.place = totals.place
    and complete.product_group = totals.product_group
  where complete.place is null and totals.missing_kg > 0e0
)

select * from int_purchases_missing
