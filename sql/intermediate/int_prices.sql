-- one row: a form with a price
-- answers: what a kg costs: SEK per kg bought within the year anywhere, else the stated price
-- leaves out: forms without either; lines whose kg or SEK are not above 0
with paid as (
  select
    purchases.product_group,
    purchases.form,
    cast(sum(purchases.priced_sek) as double) / nullif(cast(sum(purchases.priced_kg) as double), 0e0) as sek_per_kg
  from stg_purchases as purchases
  join int_quarters as quarters on quarters.quarter_index = purchases.quarter_index
  where quarters.age < 4
  group by purchases.product_group, purchases.form
),

int_prices as (
  select
    forms.product_group,
    forms.form,
    coalesce(paid.sek_per_kg, cast(prices.sek_per_kg as double)) as sek_per_kg
  from stg_product_forms as forms
  left join paid on paid.product_group = forms.product_group and paid.form = forms.form
  left join stg_prices as prices on prices.product_group = forms.product_group and prices.form = forms.form
  where paid.sek_per_kg is not null or prices.sek_per_kg is not null
)

select * from int_prices
