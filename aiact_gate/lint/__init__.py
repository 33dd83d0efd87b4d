"""What is wrong with a policy: one table of rules, each over the trees and documents that the compiler hands out."""
