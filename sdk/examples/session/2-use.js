add('book', 15)
basket.reduce((sum, { price }) => sum + price, 0)
