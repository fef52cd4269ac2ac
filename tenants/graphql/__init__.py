"""What every GraphQL type, mutation and subscription of the product builds on."""
