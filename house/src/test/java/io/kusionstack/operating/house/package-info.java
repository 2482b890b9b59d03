/**
 * The rules that keep the house in order, and the tests that break each of them on purpose.
 *
 * <p>A rule is a class with one function from what was built (compiled classes, Java sources, pom files) to
 * {@link io.kusionstack.operating.house.Finding}s. {@code HouseTest} is the door: it runs every rule over every module
 * that stands before this one in the parent pom. Every other test feeds one rule a few lines that break it and
 * compares the findings. To add a room, add a row to {@code Arrows}.
 */
@NullMarked
package io.kusionstack.operating.house;

import org.jspecify.annotations.NullMarked;
