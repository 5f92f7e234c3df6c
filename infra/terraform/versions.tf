# What ../template.yaml deploys, for who uses Terraform. tests/tests/terraform.rs compares the two, resource by resource.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0"
    }
  }
}

data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

data "aws_partition" "current" {}

locals {
  account = data.aws_caller_identity.current.account_id
  # Made by `smsvoice views --engine terraform`: tables, views, prepared statements, named queries.
  definitions = jsondecode(file("${path.module}/definitions.json"))
}
