/**
 * The rule {@code change-window}: Pods are changed only at the times that their owner named. {@link
 * com.example.changewindow.ChangeWindowProvider} is the extension, {@link com.example.changewindow.ChangeWindow} what users
 * write.
 */
@NullMarked
package com.example.changewindow;

import org.jspecify.annotations.NullMarked;
