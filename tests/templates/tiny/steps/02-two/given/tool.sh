#!/bin/sh
echo given two
