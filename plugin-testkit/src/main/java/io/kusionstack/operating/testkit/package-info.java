/** What a plugin author tests with. {@link io.kusionstack.operating.testkit.Pods} makes Pods. */
@NullMarked
package io.kusionstack.operating.testkit;

import org.jspecify.annotations.NullMarked;
