/**
 * What a plugin author tests with. A test of a rule implements {@link io.kusionstack.operating.testkit.RuleContract}, one of
 * a traffic control {@link io.kusionstack.operating.testkit.TrafficContract}: what the host relies on comes as inherited
 * tests. {@link io.kusionstack.operating.testkit.Pods} makes Pods,
 * {@link io.kusionstack.operating.testkit.FakePluginContext} stands for what the host lends, and
 * {@link io.kusionstack.operating.testkit.PluginHarness} loads the packaged jar as the host does.
 */
@NullMarked
package io.kusionstack.operating.testkit;

import org.jspecify.annotations.NullMarked;
